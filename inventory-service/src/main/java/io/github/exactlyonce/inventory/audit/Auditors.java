package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The {@link Auditor} of each warehouse, and an {@link AuditWorker} for each shard that holds one which this replica serves. */
@Component
class Auditors {

    private final InventoryProperties properties;
    private final Replica replica;
    private final Pipelines pipelines;
    private final WarehouseRegistry registry;
    private final Fingerprints fingerprints;
    private final AuditMeters meters;
    private final JsonMapper json;
    private final Map<Warehouse, Auditor> auditors = new ConcurrentHashMap<>();

    Auditors(
            InventoryProperties properties,
            Replica replica,
            Pipelines pipelines,
            WarehouseRegistry registry,
            ServedWarehouses served,
            Fingerprints fingerprints,
            AuditMeters meters,
            JsonMapper json) {
        this.properties = properties;
        this.replica = replica;
        this.pipelines = pipelines;
        this.registry = registry;
        this.fingerprints = fingerprints;
        this.meters = meters;
        this.json = json;
        served.lanes(this::open);
    }

    Auditor of(Warehouse warehouse) {
        return auditors.computeIfAbsent(warehouse, this::make);
    }

    /** @throws org.springframework.dao.DataAccessException if it is not known whether there is such a warehouse */
    Optional<Auditor> find(Warehouse warehouse) {
        Auditor known = auditors.get(warehouse);
        if (known == null && registry.contains(warehouse)) {
            known = of(warehouse);
        }
        return Optional.ofNullable(known);
    }

    AuditWorker open(Supplier<Set<Warehouse>> warehouses) {
        return new AuditWorker(warehouses, this, meters, properties, pipelines);
    }

    private Auditor make(Warehouse warehouse) {
        Ledger ledger = new Ledger(warehouse);
        return new Auditor(
                warehouse,
                pipelines,
                replica,
                new AuditBook(warehouse, properties, replica, json),
                new LedgerReplay(warehouse, properties),
                new Findings(
                        warehouse,
                        ledger,
                        new RepeatedEffects(warehouse, ledger, fingerprints, properties.ledgerLength()),
                        new OrderRound(warehouse)));
    }
}
