"""The same flow under another clock."""
