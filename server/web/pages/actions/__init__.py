"""The page of actions: what each site does about remarks."""
