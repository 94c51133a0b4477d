-- What is pending, or was accepted a moment ago. Partitions are added and dropped by the day of expiry; p_rest is empty
-- but for the time before the first housekeeping.
CREATE TABLE message (
    bucket        SMALLINT UNSIGNED NOT NULL,
    seq           BIGINT            NOT NULL,
    message_id    BINARY(16)        NOT NULL,
    expires_day   INT               NOT NULL,
    expires_at_ms BIGINT            NOT NULL,
    app           VARBINARY(64)     NOT NULL,
    user          VARBINARY(64)     NOT NULL,
    collapse      VARBINARY(8)      NOT NULL,
    body          MEDIUMBLOB        NOT NULL,
    PRIMARY KEY (bucket, seq, message_id, expires_day),
    KEY by_message_id (message_id)
) ENGINE = InnoDB
PARTITION BY RANGE (expires_day) (PARTITION p_rest VALUES LESS THAN MAXVALUE);

-- What MySQL alone took: named by the transaction that wrote the message, until Redis has it.
CREATE TABLE stray (
    message_id  BINARY(16)        NOT NULL,
    bucket      SMALLINT UNSIGNED NOT NULL,
    seq         BIGINT            NOT NULL,
    expires_day INT               NOT NULL,
    PRIMARY KEY (message_id)
) ENGINE = InnoDB;

-- Why a message left its mailbox without being acknowledged.
CREATE TABLE fate (
    message_id BINARY(16)       NOT NULL,
    reason     TINYINT UNSIGNED NOT NULL,
    detail     INT              NOT NULL,
    at_ms      BIGINT           NOT NULL,
    app        VARBINARY(64)    NOT NULL,
    user       VARBINARY(64)    NOT NULL,
    seq        BIGINT           NOT NULL,
    PRIMARY KEY (message_id, reason),
    KEY by_time (at_ms)
) ENGINE = InnoDB;
