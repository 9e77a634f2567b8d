"""One measure a file: from what was said, or by asking the product again, to tables and the points of pictures."""
