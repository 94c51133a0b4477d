-- Uplinks that no endpoint took to the last attempt: moved here out of uplink, and back when they are replayed.
CREATE TABLE dead_letter (
    id         BIGINT UNSIGNED NOT NULL,
    app        VARBINARY(64)   NOT NULL,
    user_hash  BIGINT          NOT NULL,
    attempts   INT             NOT NULL,
    died_at_ms BIGINT          NOT NULL,
    error      VARCHAR(500)    NOT NULL,
    body       MEDIUMBLOB      NOT NULL,
    PRIMARY KEY (id),
    KEY by_app (app, id),
    KEY by_time (died_at_ms)
) ENGINE = InnoDB;

-- The body begins with the app, as the first field of its message: a tag and a length of one byte each, then the text.
INSERT INTO dead_letter (id, app, user_hash, attempts, died_at_ms, error, body)
SELECT id, SUBSTRING(body, 3, ORD(SUBSTRING(body, 2, 1))), user_hash, attempts, UNIX_TIMESTAMP() * 1000, error, body
FROM uplink
WHERE state = 1;

DELETE FROM uplink WHERE state = 1;
