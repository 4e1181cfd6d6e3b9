"""What an import keeps."""
