"""What keeps the service running: its backups, and copying a database."""
