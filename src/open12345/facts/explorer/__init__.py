"""The explorer: any metric by any dimension, compared, drawn, kept under a name, taken as a file."""
