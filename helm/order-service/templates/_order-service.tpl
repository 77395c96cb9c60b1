{{- define "order-service.port" -}}3001{{- end }}

{{- define "order-service.shutdownSeconds" -}}15{{- end }}

{{- define "order-service.env" -}}
- name: ORDERS_GRACE
  value: {{ .Values.orders.grace | quote }}
{{- end }}
