"""Who plays in the flow tests: Weir itself, providers that do as a script says, Weir's own fake provider."""
