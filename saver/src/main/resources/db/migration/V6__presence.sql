-- What was last reported of each user of the apps that want presence. An offline row is forgotten after some days: a user
-- without one is offline, version 0.
CREATE TABLE presence (
    bucket  SMALLINT UNSIGNED NOT NULL,
    app     VARBINARY(64)     NOT NULL,
    user    VARBINARY(64)     NOT NULL,
    online  TINYINT           NOT NULL,
    version BIGINT            NOT NULL,
    at_ms   BIGINT            NOT NULL,
    room    VARBINARY(255)    NOT NULL,
    PRIMARY KEY (bucket, app, user),
    KEY by_state (online, at_ms)
) ENGINE = InnoDB;
