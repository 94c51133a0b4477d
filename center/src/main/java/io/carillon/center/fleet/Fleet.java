package io.carillon.center.fleet;

import io.carillon.contract.NodeRef;
import io.carillon.rpc.RpcPeer;
import io.carillon.runtime.discovery.NodeRecord;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The other processes of the cluster, as center needs them. Thread-safe; answers at once from what is known. */
public interface Fleet {
    /** A saver to ask next: connected, lightly loaded, and not named in {@code tried}; null where none is left. */
    @Nullable
    RpcPeer saver(Set<String> tried);

    /** The register that owns the bucket; null where there is no register. */
    @Nullable
    RpcPeer register(int bucket);

    /** The room of this name; null where it is not known. */
    @Nullable
    RpcPeer room(String name);

    /** How many centers share an app's quota, this one included; at least 1. */
    int centers();

    /** The names of the centers that share work, this one included. */
    List<String> centerNames();

    /** The lives of rooms that are there, also those that drain; empty where none is known. */
    List<NodeRef> rooms();

    /** Every process that discovery knows. */
    Collection<NodeRecord> nodes();
}
