"""Our file and foreign formats as plain values; knows no room but the words."""
