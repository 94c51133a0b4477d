package io.carillon.room.move;

/** How a room that drains closes to the world, in this order. Nothing here blocks. */
public interface DrainSteps {
    /** Discovery is told, so that nobody is sent here any more. */
    void announceDraining();

    /** No connection is accepted any more. */
    void shut();

    /** The room is empty, or its time is over. */
    void onDrained();
}
