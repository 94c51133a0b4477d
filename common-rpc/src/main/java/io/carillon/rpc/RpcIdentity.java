package io.carillon.rpc;

/**
 * Who is at an end of a connection; exchanged in the hello.
 *
 * @param role room, register, saver, center, coordinator, dispatcher or another word for a tool
 * @param name unique within the cluster
 * @param incarnation differs for each life of the process
 * @param release the release's version, for people
 */
public record RpcIdentity(String role, String name, long incarnation, String release) {}
