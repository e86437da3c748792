"""The shell: worlds for the one loop, settings, folders, and which file fills which port."""
