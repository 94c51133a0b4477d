package io.carillon.dispatcher.place;

/** Region and ISP of a client; empty where unknown. */
public record Place(String region, String isp) {
    public static final Place UNKNOWN = new Place("", "");

    /** What is missing here is taken from {@code other}. */
    public Place orElse(Place other) {
        if (!region.isEmpty() && !isp.isEmpty()) {
            return this;
        }
        return new Place(region.isEmpty() ? other.region : region, isp.isEmpty() ? other.isp : isp);
    }
}
