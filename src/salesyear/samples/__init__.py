"""Two published sample companies, read as they were published and handed to the ordinary import."""
