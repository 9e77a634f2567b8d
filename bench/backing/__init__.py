"""A database to back up, who writes to it meanwhile, and what became of every row."""
