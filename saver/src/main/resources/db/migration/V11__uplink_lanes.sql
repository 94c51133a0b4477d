-- A lane is what goes to one receiver: the uplinks of an app for one endpoint, its presence, its receipts.
ALTER TABLE uplink
    ADD COLUMN lane BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN put_at_ms BIGINT NOT NULL DEFAULT 0,
    ADD KEY by_lane (lane, id),
    ADD KEY by_time (put_at_ms),
    DROP KEY by_state;

UPDATE uplink SET put_at_ms = UNIX_TIMESTAMP() * 1000;

ALTER TABLE dead_letter ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
