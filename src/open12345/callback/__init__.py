"""Process room: the centre asks the citizen whether it is solved."""
