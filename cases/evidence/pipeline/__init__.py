"""What a file goes through between the door and the desk: received, identified by content, a safe copy derived."""
