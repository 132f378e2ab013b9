"""The commands, one file each: read the arguments, call one feature, write what it gives."""
