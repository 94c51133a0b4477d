-- Who was told which part of an app's ceiling of deliveries a second: each center for its messages to several users, and
-- (holder empty) the broadcasts together. told_before counts until before_until_ms: rooms may still follow it.
CREATE TABLE delivery_share (
    app             VARBINARY(64)  NOT NULL,
    holder          VARBINARY(300) NOT NULL,
    wanted          DOUBLE         NOT NULL,
    told            DOUBLE         NOT NULL,
    told_before     DOUBLE         NOT NULL,
    before_until_ms BIGINT         NOT NULL,
    at_ms           BIGINT         NOT NULL,
    PRIMARY KEY (app, holder)
) ENGINE = InnoDB;
