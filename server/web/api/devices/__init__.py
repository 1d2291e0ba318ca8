"""The API of devices: pairing, printers, supervision, pictures, proof of display."""
