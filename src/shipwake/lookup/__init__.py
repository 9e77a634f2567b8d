"""What is in a change and who made it."""
