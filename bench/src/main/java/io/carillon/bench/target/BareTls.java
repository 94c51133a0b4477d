package io.carillon.bench.target;

/**
 * The TLS listener of a bare room.
 *
 * @param engine as the room's configuration names it: auto, openssl or jdk
 * @param certificate PEM file, which devices trust
 * @param privateKey PEM file
 */
public record BareTls(String engine, String certificate, String privateKey) {}
