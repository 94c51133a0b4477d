package io.carillon.coordinator.uplink;

import io.carillon.contract.UplinkFate;

/** Counts nothing. */
final class SilentListener implements UplinkListener {
    @Override
    public void onReceived(int code) {}

    @Override
    public void onSettled(UplinkFate fate) {}

    @Override
    public void onLeft() {}
}
