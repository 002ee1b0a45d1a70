import { createAuth } from '@coatcheck/client/vue'
import { createApp } from 'vue'
import App from './app.vue'
import { client } from './auth.ts'
import './style.css'

createApp(App).use(createAuth(client)).mount('#root')
