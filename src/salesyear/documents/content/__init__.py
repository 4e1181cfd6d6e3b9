"""What a paper says, before anything is drawn: frozen values, built once and written by every renderer."""
