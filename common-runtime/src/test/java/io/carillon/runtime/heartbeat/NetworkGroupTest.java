package io.carillon.runtime.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class NetworkGroupTest {
    private static long wifi(String address) throws UnknownHostException {
        return NetworkGroup.of(NetworkGroup.WIFI, InetAddress.getByName(address).getAddress());
    }

    @Test
    void putsNeighboursTogetherAndOthersApart() throws UnknownHostException {
        assertThat(wifi("203.0.113.1")).isEqualTo(wifi("203.0.113.254")).isNotEqualTo(wifi("203.0.112.1"));
        assertThat(wifi("2001:db8:0:ff00::1"))
                .isEqualTo(wifi("2001:db8:0:ffff:1::1"))
                .isNotEqualTo(wifi("2001:db8:0:fe00::1"));
        assertThat(wifi("0.0.0.1")).isNotEqualTo(NetworkGroup.NONE).isNotEqualTo(wifi("::1"));
    }

    @Test
    void tellsKindsApart() throws UnknownHostException {
        byte[] address = InetAddress.getByName("203.0.113.1").getAddress();
        assertThat(NetworkGroup.of(NetworkGroup.CELLULAR, address)).isNotEqualTo(wifi("203.0.113.1"));
        assertThat(NetworkGroup.of(NetworkGroup.WIRED, address))
                .isNotEqualTo(NetworkGroup.of(NetworkGroup.CELLULAR, address));
    }

    @Test
    void takesMappedAddressesForWhatTheyAre() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = (byte) 203;
        mapped[14] = 113;
        mapped[15] = 9;
        assertThat(NetworkGroup.of(NetworkGroup.WIFI, mapped)).isEqualTo(wifi("203.0.113.1"));
    }

    @Test
    void hasNoGroupForWhatIsNotKnown() {
        assertThat(NetworkGroup.of(0, new byte[4])).isEqualTo(NetworkGroup.NONE);
        assertThat(NetworkGroup.of(4, new byte[4])).isEqualTo(NetworkGroup.NONE);
        assertThat(NetworkGroup.of(NetworkGroup.WIFI, new byte[0])).isEqualTo(NetworkGroup.NONE);
    }
}
