package io.carillon.room.delivery;

/** What broadcasts remember of a binding beside its floor; the binding only carries it. Event-loop confined. */
public interface BroadcastStanding {}
