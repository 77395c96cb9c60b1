{{- define "order-service.port" -}}3001{{- end }}

{{- define "order-service.shutdownSeconds" -}}15{{- end }}

{{- define "order-service.env" -}}
- name: ORDERS_GRACE
  value: {{ .Values.orders.grace | quote }}
- name: ORDERS_DURABILITY
  value: {{ .Values.durability.level | quote }}
- name: ORDERS_DURABILITYTIMEOUT
  value: {{ .Values.durability.timeout | quote }}
- name: ORDERS_DURABILITYREPLICAS
  value: {{ .Values.durability.replicas | quote }}
- name: CONSOLE_INVENTORYURL
  value: {{ .Values.console.inventoryUrl | quote }}
{{- end }}
