-- A run that goes on on another device: when its link was made, and when it was taken over there.
ALTER TABLE connect_sessions ADD COLUMN handed_at INTEGER;
ALTER TABLE connect_sessions ADD COLUMN taken_at INTEGER;
