"""What the book reads: packaged as `sandtime.data`, so that an installed copy finds it too."""
