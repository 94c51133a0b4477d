-- Which request for later a message is part of, while it is kept.
CREATE TABLE scheduled_message (
    message_id BINARY(16) NOT NULL,
    request_id BINARY(16) NOT NULL,
    PRIMARY KEY (message_id),
    KEY by_request (request_id),
    FOREIGN KEY (request_id) REFERENCES scheduled_post (request_id) ON DELETE CASCADE
) ENGINE = InnoDB;
