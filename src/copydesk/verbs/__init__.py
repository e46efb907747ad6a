"""What each verb does, a module per group of them; ``copydesk.cli`` loads the module of the verb that is asked for."""
