"""What models learn from: interactions of users and items, read from the training marts."""
