-- The language that a run is shown in, where the company has asked for one: a tag of connect-core's languages.
ALTER TABLE connect_sessions ADD COLUMN language TEXT;
