package io.carillon.center.route;

/** Counts what happens on the way. Any thread. */
public interface RouteListener {
    void onFate(RouteFate fate);

    /** An entry found no place before a peer of this role. */
    void onGatherRefused(String role);

    /** A call to a peer of this role failed. */
    void onCallFailed(String role, Throwable failure);
}
