package io.carillon.center.http;

/** Told of each answer. Any thread. */
@FunctionalInterface
public interface ApiListener {
    /**
     * @param route method and path as in openapi.json
     * @param status of HTTP
     * @param durationNs from the head of the request to the end of the answer
     */
    void onAnswered(String route, int status, long durationNs);
}
