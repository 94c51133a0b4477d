package io.carillon.register.session;

/**
 * A session as a room reports it.
 *
 * @param deviceId empty where the client named none
 * @param ageMs how long ago the login was, by the room's monotonic clock; 0 or more
 */
public record Login(String app, String user, long connectionId, String deviceId, long ageMs, Network network) {}
