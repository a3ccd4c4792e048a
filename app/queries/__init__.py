"""Every read that is more than get(). Whatever belongs to a partner is read through `scope.visible_to`."""
