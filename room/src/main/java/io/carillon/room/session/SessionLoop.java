package io.carillon.room.session;

import io.carillon.room.broadcast.BroadcastLoop;
import io.carillon.room.delivery.DeliveryLoop;
import io.carillon.room.flicker.Flickers;
import io.carillon.room.heartbeat.HeartbeatDesk;
import io.carillon.room.label.TagChanges;
import io.carillon.room.login.AppNetworks;
import io.carillon.room.login.TokenVerifier;
import io.carillon.room.loop.Loop;
import io.carillon.room.uplink.UplinkGatherer;

/**
 * What the sessions of one loop share.
 *
 * @param room this room's name
 */
public record SessionLoop(
        String room,
        Loop loop,
        SessionLimits limits,
        TokenVerifier tokens,
        SessionRegistration registration,
        ConnectionSecrets secrets,
        DeliveryLoop delivery,
        UplinkGatherer uplinks,
        TagChanges tags,
        BroadcastLoop broadcasts,
        HeartbeatDesk heartbeats,
        Flickers flickers,
        AppNetworks networks) {}
