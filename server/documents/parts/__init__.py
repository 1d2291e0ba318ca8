"""The parts of documents, and the values they are made of."""
