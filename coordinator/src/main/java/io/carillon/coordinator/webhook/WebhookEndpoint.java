package io.carillon.coordinator.webhook;

/** Where an app wants to be told. Apps that name the same URL have nothing to do with each other. */
public record WebhookEndpoint(String app, String url) {}
