package io.carillon.coordinator.webhook;

import java.util.List;

/**
 * One thing to tell an endpoint.
 *
 * @param id the same in every attempt
 * @param body JSON
 * @param secrets to sign with, at least one
 */
public record WebhookMessage(String id, String body, List<String> secrets) {
    public WebhookMessage {
        secrets = List.copyOf(secrets);
    }
}
