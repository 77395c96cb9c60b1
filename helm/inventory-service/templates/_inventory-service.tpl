{{- define "inventory-service.port" -}}3002{{- end }}

{{- define "inventory-service.shutdownSeconds" -}}30{{- end }}

{{- define "inventory-service.env" -}}
- name: ORDERS_GRACE
  value: {{ .Values.orders.grace | quote }}
- name: INVENTORY_WAREHOUSES
  value: {{ join "," .Values.inventory.warehouses | quote }}
- name: INVENTORY_LOCK_TTL
  value: {{ .Values.inventory.lock.ttl | quote }}
- name: INVENTORY_RETENTION
  value: {{ .Values.inventory.retention | quote }}
- name: JOBS_LEASE
  value: {{ .Values.jobs.lease | quote }}
- name: JOBS_MAXATTEMPTS
  value: {{ .Values.jobs.maxAttempts | quote }}
- name: JOBS_WORKERS
  value: {{ .Values.jobs.workers | quote }}
{{- end }}
