"""What grows, and how far it can: open watches, looks, changes, samples, pages, rows."""
