package io.carillon.center.broadcast;

import io.carillon.contract.BroadcastOrderRequest;
import io.carillon.contract.NodeRef;
import io.carillon.contract.TaskKey;
import java.util.List;

/**
 * One call to a room.
 *
 * @param tasks in the order of the request's orders
 */
record RoomOrders(NodeRef room, List<TaskKey> tasks, BroadcastOrderRequest request) {}
