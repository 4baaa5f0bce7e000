"""From mentions to events: one event for one real deal. docs/resolution.md gives the rule."""
