"""Settings, entry points and the supervisor. An installed app for the sake of its commands; nobody imports it."""
